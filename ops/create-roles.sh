#!/bin/sh
# The image of PostgreSQL runs this once, on an empty volume: the database, and two roles, so that the one that serves owns nothing.
set -eu
psql --set=ON_ERROR_STOP=1 --username="$POSTGRES_USER" --dbname=postgres \
  --set=owner_password="$OWNER_PASSWORD" --set=server_password="$SERVER_PASSWORD" <<'SQL'
create role tallystick_owner login password :'owner_password';
create role tallystick_server login password :'server_password';
create database tallystick owner tallystick_owner;
SQL
