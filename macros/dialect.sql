{#- Where DuckDB and Snowflake differ. Everything else is written in SQL that both read alike. -#}

{#- Text of a day (`2021-05-13`) as a date. -#}
{% macro text_date(text) -%}
    {{ return(adapter.dispatch('text_date', 'healthcare')(text)) }}
{%- endmacro %}

{% macro default__text_date(text) -%}
    cast({{ text }} as date)
{%- endmacro %}

{#- A cast would read the text as the session says, and digits alone as seconds since 1970. -#}
{% macro snowflake__text_date(text) -%}
    to_date({{ text }}, 'YYYY-MM-DD')
{%- endmacro %}

{#- A date as ISO text, as surrogate keys use it. -#}
{% macro iso_date(date) -%}
    {{ return(adapter.dispatch('iso_date', 'healthcare')(date)) }}
{%- endmacro %}

{% macro default__iso_date(date) -%}
    cast({{ date }} as varchar)
{%- endmacro %}

{#- A cast would write it as the session says. -#}
{% macro snowflake__iso_date(date) -%}
    to_char({{ date }}, 'YYYY-MM-DD')
{%- endmacro %}

{#- Timestamp text (`2021-05-13T14:11:44Z`, also without zone or with an offset) as a UTC timestamp without zone. -#}
{% macro utc_timestamp(text) -%}
    {{ return(adapter.dispatch('utc_timestamp', 'healthcare')(text)) }}
{%- endmacro %}

{#- A plain cast drops an offset instead of applying it; one without offset must not meet the session's zone. -#}
{% macro default__utc_timestamp(text) -%}
    case
        when {{ text }} like '%+__:__' or {{ text }} like '%-__:__'
            then timezone('UTC', cast({{ text }} as timestamp with time zone))
        else cast({{ text }} as timestamp)
    end
{%- endmacro %}

{#- A cast reads ISO text in all its forms as long as the session's TIMESTAMP_INPUT_FORMAT is AUTO, as it is unless set. -#}
{% macro snowflake__utc_timestamp(text) -%}
    case
        when {{ text }} like '%+__:__' or {{ text }} like '%-__:__'
            then cast(convert_timezone('UTC', cast({{ text }} as timestamp_tz)) as timestamp_ntz)
        else cast({{ text }} as timestamp_ntz)
    end
{%- endmacro %}

{#- A UTC timestamp as ISO text with a `Z`, as surrogate keys use it. -#}
{% macro iso_timestamp(timestamp) -%}
    {{ return(adapter.dispatch('iso_timestamp', 'healthcare')(timestamp)) }}
{%- endmacro %}

{% macro default__iso_timestamp(timestamp) -%}
    strftime({{ timestamp }}, '%Y-%m-%dT%H:%M:%SZ')
{%- endmacro %}

{#- In parts, because the server that the tests run on writes only dates by a format. -#}
{% macro snowflake__iso_timestamp(timestamp) -%}
    to_char(cast({{ timestamp }} as date), 'YYYY-MM-DD')
    {%- for part, mark in [('hour', 'T'), ('minute', ':'), ('second', ':')] %}
    || '{{ mark }}' || lpad(cast(extract({{ part }} from {{ timestamp }}) as varchar), 2, '0')
    {%- endfor %}
    || 'Z'
{%- endmacro %}

{#- Whole quotient of two integers that are not negative. -#}
{% macro whole_quotient(numerator, denominator) -%}
    {{ return(adapter.dispatch('whole_quotient', 'healthcare')(numerator, denominator)) }}
{%- endmacro %}

{% macro default__whole_quotient(numerator, denominator) -%}
    ({{ numerator }}) // ({{ denominator }})
{%- endmacro %}

{#- Snowflake's `/` keeps few decimals and rounds the last; a multiple of the denominator divides exactly. -#}
{% macro snowflake__whole_quotient(numerator, denominator) -%}
    ({{ numerator }} - mod({{ numerator }}, {{ denominator }})) / ({{ denominator }})
{%- endmacro %}

{#- The text in the brackets that end a description, as in `Stress (finding)`; null without them. -#}
{% macro final_brackets(text) -%}
    {{ return(adapter.dispatch('final_brackets', 'healthcare')(text)) }}
{%- endmacro %}

{% macro default__final_brackets(text) -%}
    nullif(regexp_extract({{ text }}, '\(([^()]*)\)$', 1), '')
{%- endmacro %}

{#- A backslash in a text of Snowflake's escapes what follows, so each is written twice. -#}
{% macro snowflake__final_brackets(text) -%}
    nullif(regexp_substr({{ text }}, '\\(([^()]*)\\)$', 1, 1, 'e', 1), '')
{%- endmacro %}
