"""What can be told of a net: rows and totals, without any formatting."""
