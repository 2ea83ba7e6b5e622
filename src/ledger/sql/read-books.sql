-- From when on the books of environments are open; those that were never closed are left out.
select id, books_closed_until as closed_until, books_open_from as open_from
from environment
where id = any ($1::integer[]) and books_open_from is not null
