#!/bin/sh
# Run once by the PostgreSQL image on an empty data folder, as the owner of the database.
# The role of the site reads and writes rows and owns nothing: it can neither drop a trigger nor empty a table.
set -eu

psql --set ON_ERROR_STOP=1 --username "$POSTGRES_USER" --dbname "$POSTGRES_DB" \
  --set owner="$POSTGRES_USER" --set web_password="$WEB_DATABASE_PASSWORD" <<'SQL'
CREATE ROLE fabriques_web LOGIN PASSWORD :'web_password';
REVOKE CREATE ON SCHEMA public FROM PUBLIC;
GRANT USAGE ON SCHEMA public TO fabriques_web;
ALTER DEFAULT PRIVILEGES FOR ROLE :"owner" IN SCHEMA public
  GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO fabriques_web;
ALTER DEFAULT PRIVILEGES FOR ROLE :"owner" IN SCHEMA public
  GRANT USAGE, SELECT ON SEQUENCES TO fabriques_web;
SQL
