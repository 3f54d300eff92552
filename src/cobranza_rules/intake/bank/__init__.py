"""Statements of the company's bank accounts: tables by a profile of their bank, MT940 and CAMT.053."""
