"""Comparisons with other programs, each in one run and one interpreter."""
