"""Rules that turn invoices, due dates and answers into letters, reminders and case files."""
