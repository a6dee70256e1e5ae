"""Measurements beside other programs, each in one run and one interpreter."""
