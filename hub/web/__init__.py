"""Pages for people: templates, their style sheets, and the rendering of both."""
