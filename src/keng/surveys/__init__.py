"""Surveys on safety and services: questions, answers that name nobody, published results."""
