"""The web pages: rendered here, readable without JavaScript, in lynx, by screen readers."""
