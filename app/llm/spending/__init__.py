"""What is paid for asking: prices, ledger, budgets."""
