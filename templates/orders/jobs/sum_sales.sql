-- What each product sold in a day.

-- table: shop.daily_sales
select product, count(distinct order_id) as orders, sum(quantity) as pieces, sum(amount) as revenue,
  substr(date_ts, 1, 8) as date_ts
from orders
group by product, substr(date_ts, 1, 8);
