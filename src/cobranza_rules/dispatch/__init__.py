"""Carrying the ledger out: documents are rendered, signatures awaited, a last look taken, and one effect made at a time."""
