"""What may leave the office about a deed, by outlet; nobody else reads names, words and pictures for people outside."""
