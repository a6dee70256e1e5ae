"""How a net is written for a target: what `protogen check` suggests, and `protogen convert` does.

Both ask the same functions, so that a hint is true.
"""
