"""The sub-commands of `kg`, by what they are about. Thin: each calls one function of the library and prints."""
