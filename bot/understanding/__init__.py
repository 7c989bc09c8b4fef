"""What a typed message means: danger, language and topic. Words come in; only ids and scores go out."""
