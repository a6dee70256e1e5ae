"""Python source that is generated: one file for each kind."""
