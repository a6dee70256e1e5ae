"""What can be reported about a net: rows and totals, without any formatting."""
