"""E-mail to members of staff whom no chat reaches; nobody writes to us this way."""
