"""Tests of protogen.pictures."""
