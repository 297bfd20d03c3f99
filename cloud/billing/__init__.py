"""What members owe for their contracts, and what was paid: instalments with due dates, charges, debts."""
