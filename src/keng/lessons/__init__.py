"""Collections of partners, lessons with a quiz, short films, pledge campaigns counted by school."""
