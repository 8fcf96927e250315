-- Sessions that did not lead to a sale, the newest first.
select userid, sessionid, session_start, session_end, hits, landing_page, exit_page, city, country, state
from warehouse.session_mapped
where invoiceno is null
order by session_start desc nulls last, sessionid asc nulls first
