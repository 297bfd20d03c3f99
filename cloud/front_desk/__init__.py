"""What the front desk has to know at this moment: who is here, who comes, who was refused, and what to tell whom."""
