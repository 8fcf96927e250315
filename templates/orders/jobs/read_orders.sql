-- Lines of orders become rows. lines holds an hour's lines, as texts.

-- table: shop.rejects
with judged as (
  select _file, _line, _raw, date_ts,
    case
      when _reason is not null then _reason
      when order_id is null or product is null then 'null-key'
      when parse_time(ordered_at, 'yyyy-MM-dd HH:mm') is null
        or to_int(quantity) is null
        or to_decimal(unit_price, 9, 2) is null then 'bad-value'
      when hour_key(parse_time(ordered_at, 'yyyy-MM-dd HH:mm')) <> date_ts then 'wrong-hour'
    end as reason
  from lines
)
select 'order-lines' as data_set, _file as file, _line as line, reason, _raw as raw, date_ts
from judged
where reason is not null;

-- table: shop.orders
select order_id, parse_time(ordered_at, 'yyyy-MM-dd HH:mm') as ordered_at, product, to_int(quantity) as quantity,
  cast(to_int(quantity) as decimal(9,0)) * to_decimal(unit_price, 9, 2) as amount, date_ts
from lines
where not exists (select 1 from shop.rejects r where r.file = _file and r.line = _line);
