-- A look at sessions and the invoice lines that they led to: a row a line, the newest first.
-- parameter: limit = 20
select *
from warehouse.session_mapped
order by session_start desc nulls last, sessionid asc nulls first, invoiceno asc nulls first, stockcode asc nulls first,
  description asc nulls first, quantity asc nulls first, unitprice asc nulls first
limit :limit
