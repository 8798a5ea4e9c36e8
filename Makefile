# Each target calls one script; the scripts say what they do. Everything starts with python3 alone.
PYTHON ?= python3
RUN = $(PYTHON) -m scripts

.DEFAULT_GOAL := help
.PHONY: setup demo demo-check test bench proof lint lock help

setup: ## prépare .venv (dépendances verrouillées) et les bibliothèques des courriers
	@$(RUN).environment

demo: ## lance la démonstration : site, worker et balayage (PORT=8000, Ctrl-C pour arrêter)
	@$(RUN).demo

demo-check: ## conduit une vague entière par HTTP dans un dossier jetable, puis s'arrête
	@$(RUN).demo_once

test: ## contrôles et suite entière : PostgreSQL + Redis, puis SQLite
	@$(RUN).run_tests

bench: ## mesure les pages (build/bench.json)
	@$(RUN).bench

proof: ## les preuves longues (ONLY=nom pour une seule ; build/proof.json)
	@$(RUN).proof

lint: ## les contrôles de forme seuls
	@$(RUN).lint

lock: ## refait les verrous requirements/*.txt depuis pyproject.toml
	@$(RUN).lock

help: ## cette liste
	@grep -hE '^[a-z-]+: ## ' $(MAKEFILE_LIST) | awk -F ': ## ' '{printf "  make %-12s %s\n", $$1, $$2}'
