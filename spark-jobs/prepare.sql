-- Raw lines become typed hits and sales. hit_lines and sales_lines are the lines of the two feeds, as texts.

-- table: processed.rejects
with judged as (
  select date_ts, 'web-logs' as data_set, _file, _line, _raw,
    case
      when _reason is not null then _reason
      when userid is null or ip is null or hit_time is null then 'null-key'
      when parse_time(hit_time, 'yyyy-MM-dd HH:mm:ss') is null then 'bad-value'
      when hour_key(parse_time(hit_time, 'yyyy-MM-dd HH:mm:ss')) <> date_ts then 'wrong-hour'
    end as reason
  from hit_lines
  union all
  select date_ts, 'sales' as data_set, _file, _line, _raw,
    case
      when _reason is not null then _reason
      when invoiceno is null or invoicedate is null then 'null-key'
      when parse_time(invoicedate, :sales_date_format) is null
        or to_int(quantity) is null
        or unitprice is null
        or not full_match(unitprice, '[-+]?[0-9]{1,9}([.][0-9]{1,3})?') then 'bad-value'
      when hour_key(add_seconds(parse_time(invoicedate, :sales_date_format), 86400 * :sales_shift_days)) <> date_ts
        then 'wrong-hour'
    end as reason
  from sales_lines
)
select data_set, _file as file, _line as line, reason, _raw as raw, date_ts
from judged
where reason is not null;

-- table: processed.omniture
select parse_time(hit_time, 'yyyy-MM-dd HH:mm:ss') as hit_ts, userid, ip, url, city, country, state, date_ts
from hit_lines
where not exists (
  select 1 from processed.rejects r where r.data_set = 'web-logs' and r.file = _file and r.line = _line
);

-- Good lines of sales, typed.
-- relation: good_lines
select
  date_ts, invoiceno, stockcode, description,
  to_int(quantity) as quantity,
  to_decimal(unitprice, 12, 3) as unitprice,
  parse_time(invoicedate, :sales_date_format) as invoicedate,
  nullif(case when customerid like '%.0' then substr(customerid, 1, length(customerid) - 2) else customerid end, '')
    as customerid,
  country,
  case
    when invoiceno like 'C%' then 'cancellation'
    when invoiceno like 'A%' then 'adjustment'
    when to_int(quantity) > 0 and to_decimal(unitprice, 12, 3) > 0 then 'sale'
    else 'other'
  end as kind
from sales_lines
where not exists (
  select 1 from processed.rejects r where r.data_set = 'sales' and r.file = _file and r.line = _line
);

-- Links at random, for samples whose feeds have no customer in common: within an hour customer i is user i mod n, and
-- his invoice j is at that user's hit j mod m, latest first.
-- relation: links
with customers as (
  select date_ts, customerid,
    row_number() over (partition by date_ts order by md5(customerid) asc nulls first, customerid asc nulls first) - 1 as i
  from (select distinct date_ts, customerid from good_lines where kind = 'sale' and customerid is not null) as c
),
invoices as (
  select date_ts, customerid, invoiceno,
    row_number() over (partition by date_ts, customerid order by invoiceno asc nulls first) - 1 as j
  from (
    select distinct date_ts, customerid, invoiceno from good_lines where kind = 'sale' and customerid is not null
  ) as c
),
users as (
  select date_ts, userid,
    row_number() over (partition by date_ts order by md5(userid) asc nulls first, userid asc nulls first) - 1 as place,
    count(*) over (partition by date_ts) as n
  from (select distinct date_ts, userid from processed.omniture where :link = 'demo') as u
),
times as (
  select date_ts, userid, hit_ts,
    row_number() over (partition by date_ts, userid order by hit_ts desc nulls last) - 1 as place,
    count(*) over (partition by date_ts, userid) as m
  from (select distinct date_ts, userid, hit_ts from processed.omniture where :link = 'demo') as t
)
select v.date_ts, v.customerid, v.invoiceno, u.userid, t.hit_ts
from invoices v
join customers c on c.date_ts = v.date_ts and c.customerid = v.customerid
join users u on u.date_ts = v.date_ts and u.place = c.i % u.n
join times t on t.date_ts = v.date_ts and t.userid = u.userid and t.place = v.j % t.m;

-- table: processed.sales
select
  g.invoiceno, g.stockcode, g.description, g.quantity, g.unitprice,
  cast(g.quantity as decimal(19,0)) * g.unitprice as amount,
  coalesce(l.hit_ts, add_seconds(g.invoicedate, 86400 * :sales_shift_days)) as sale_ts,
  g.invoicedate, g.customerid, g.country, g.kind,
  case
    when :link = 'demo' then l.userid
    when :link_column = 'InvoiceNo' then g.invoiceno
    when :link_column = 'StockCode' then g.stockcode
    when :link_column = 'Description' then g.description
    when :link_column = 'Country' then g.country
    else g.customerid
  end as userid,
  g.date_ts
from good_lines g
left join links l
  on l.date_ts = g.date_ts and l.customerid = g.customerid and l.invoiceno = g.invoiceno and g.kind = 'sale';
