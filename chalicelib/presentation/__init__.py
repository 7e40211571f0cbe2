"""What makes words, times and pictures for a reader: languages, templates, browsers' names, logos. No rule."""
