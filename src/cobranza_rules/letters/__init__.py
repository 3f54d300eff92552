"""Letters, their Word and PDF files, statements of account and the bodies of mails: from templates that analysts edit in Word."""
