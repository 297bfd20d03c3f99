"""What is sold at the till besides contracts: goods, and services with the materials that they used up."""
