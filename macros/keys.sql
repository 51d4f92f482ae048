{#- The md5 of several text expressions joined by `|`, nulls as empty text. -#}
{% macro surrogate_text(parts) -%}
    {%- for part in parts -%}
        coalesce({{ part }}, ''){{ " || '|' || " if not loop.last }}
    {%- endfor -%}
{%- endmacro %}

{#- The key of a place; people, providers and organisations in one place share it. -#}
{% macro location_key(state_code, city, zip5) -%}
    md5({{ surrogate_text([state_code, "upper(" ~ city ~ ")", zip5]) }})
{%- endmacro %}

{#-
    md5 of a natural key, made unique: old exports repeat some keys with differing rows, and the second,
    third ... of them, ordered by all columns, carry their number in the hashed text.
-#}
{% macro numbered_key(key_text, all_columns) -%}
    {%- set number -%}
        row_number() over (partition by {{ key_text }} order by {{ all_columns | join(", ") }})
    {%- endset -%}
    md5({{ key_text }} || case when {{ number }} > 1 then '|' || cast({{ number }} as varchar) else '' end)
{%- endmacro %}
