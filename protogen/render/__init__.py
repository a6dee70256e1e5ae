"""How reports look: one file for each kind of output, one folder for each family of formats."""
