"""The samples' synthetic company, its customers and six weeks of their dealings. Everything is derived from the tables here: no chance, no clock."""
