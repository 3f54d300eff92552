"""The SAT's public service that tells the status of a CFDI: the port, what stands behind it, and asking it about open invoices."""
