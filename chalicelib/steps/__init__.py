"""One step of the flow a file, one file a Lambda. A step takes a Form and the Portal and gives a Page."""
