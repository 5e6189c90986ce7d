"""The Zalo Bot Platform: texts and pictures only, no buttons, nothing replaced; numbers in the text are the choices."""
