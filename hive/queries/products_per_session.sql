-- How many different products each session led to, told apart by their description, most first.
select sessionid, userid, count(distinct description) as products
from warehouse.session_mapped
where invoiceno is not null
group by sessionid, userid
order by products desc nulls last, sessionid asc nulls first
