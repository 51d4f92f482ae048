{{ config(post_hook="select 1", grants={'select': ['reader']} if false else {}) }}
select sum(cents) as cents, '{{ var("day") }}' as day from {{ ref('middle') }}
