{{ config(materialized='view', meta={'owner': 'ann'}) }}
select id, amount, {{ cents('amount') }} as cents from {{ ref('orders') }}
