"""Zalo Official Account, through its OpenAPI v3: each account a row with tokens of its own."""
