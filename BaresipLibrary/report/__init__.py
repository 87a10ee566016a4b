"""What goes into log.html and the files beside it."""
