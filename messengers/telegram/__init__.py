"""Telegram, through aiogram's client. Nothing here is imported unless Telegram is on: aiogram is slow to load."""
