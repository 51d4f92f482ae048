{# Dates and moments: arithmetic, parts, ranges. #}

{# The moment now, with its zone. (dispatched) #}
{% macro current_timestamp() -%}
    {{ adapter.dispatch('current_timestamp', 'dbt')() }}
{%- endmacro %}

{% macro default__current_timestamp() -%}
    {% do exceptions.raise_not_implemented('current_timestamp is not implemented for adapter ' ~ adapter.type()) %}
{%- endmacro %}

{# The moment now, as old packages ask for it. (dispatched) #}
{% macro current_timestamp_backcompat() -%}
    {{ return(adapter.dispatch('current_timestamp_backcompat', 'dbt')()) }}
{%- endmacro %}

{% macro default__current_timestamp_backcompat() -%}
    current_timestamp::timestamp
{%- endmacro %}

{# The moment now in UTC, as old packages ask for it. (dispatched) #}
{% macro current_timestamp_in_utc_backcompat() -%}
    {{ return(adapter.dispatch('current_timestamp_in_utc_backcompat', 'dbt')()) }}
{%- endmacro %}

{% macro default__current_timestamp_in_utc_backcompat() -%}
    {{ return(adapter.dispatch('current_timestamp_backcompat', 'dbt')()) }}
{%- endmacro %}

{# A moment some parts later. (dispatched) #}
{% macro dateadd(datepart, interval, from_date_or_timestamp) -%}
    {{ return(adapter.dispatch('dateadd', 'dbt')(datepart, interval, from_date_or_timestamp)) }}
{%- endmacro %}

{% macro default__dateadd(datepart, interval, from_date_or_timestamp) -%}
    dateadd({{ datepart }}, {{ interval }}, {{ from_date_or_timestamp }})
{%- endmacro %}

{# How many borders of a part lie between two moments. (dispatched) #}
{% macro datediff(first_date, second_date, datepart) -%}
    {{ return(adapter.dispatch('datediff', 'dbt')(first_date, second_date, datepart)) }}
{%- endmacro %}

{% macro default__datediff(first_date, second_date, datepart) -%}
    datediff({{ datepart }}, {{ first_date }}, {{ second_date }})
{%- endmacro %}

{# The beginning of the part that a moment lies in. (dispatched) #}
{% macro date_trunc(datepart, date) -%}
    {{ return(adapter.dispatch('date_trunc', 'dbt')(datepart, date)) }}
{%- endmacro %}

{% macro default__date_trunc(datepart, date) -%}
    date_trunc('{{ datepart }}', {{ date }})
{%- endmacro %}

{# The last day of the part that a date lies in. (dispatched) #}
{% macro last_day(date, datepart) -%}
    {{ return(adapter.dispatch('last_day', 'dbt')(date, datepart)) }}
{%- endmacro %}

{% macro default__last_day(date, datepart) -%}
    {{ return(default_last_day(date, datepart)) }}
{%- endmacro %}

{# The day before the next part begins: for adapters whose own way fails for some parts. #}
{% macro default_last_day(date, datepart) -%}
    {%- set next = dbt.dateadd(datepart, '1', dbt.date_trunc(datepart, date)) -%}
    cast({{ dbt.dateadd('day', '-1', next) }} as date)
{%- endmacro %}

{# A date of year, month and day. (dispatched) #}
{% macro date(year, month, day) -%}
    {{ return(adapter.dispatch('date', 'dbt')(year, month, day)) }}
{%- endmacro %}

{% macro default__date(year, month, day) -%}
    {%- set written = modules.datetime.date(year, month, day).strftime('%Y-%m-%d') -%}
    to_date('{{ written }}', 'YYYY-MM-DD')
{%- endmacro %}

{# How many whole parts lie between two dates, asked of the database. (dispatched) #}
{% macro get_intervals_between(start_date, end_date, datepart) -%}
    {{ return(adapter.dispatch('get_intervals_between', 'dbt')(start_date, end_date, datepart)) }}
{%- endmacro %}

{% macro default__get_intervals_between(start_date, end_date, datepart) -%}
    {% call statement('get_intervals_between', fetch_result=true, auto_begin=false) %}
        select {{ dbt.datediff(start_date, end_date, datepart) }}
    {% endcall %}
    {% set answer = load_result('get_intervals_between') %}
    {% do return(answer['data'][0][0] if answer and answer['data'] else 1) %}
{%- endmacro %}

{# A query of all dates from a first one, the column being `date_<part>`. (dispatched) #}
{% macro date_spine(datepart, start_date, end_date) %}
    {{ return(adapter.dispatch('date_spine', 'dbt')(datepart, start_date, end_date)) }}
{% endmacro %}

{% macro default__date_spine(datepart, start_date, end_date) %}
    {%- set count = dbt.get_intervals_between(start_date, end_date, datepart) -%}
    {%- set nth = dbt.dateadd(datepart, 'row_number() over (order by 1) - 1', start_date) %}
    with rawdata as (
        {{ dbt.generate_series(count) }}
    ),
    all_periods as (
        select ({{ nth }}) as date_{{ datepart }}
        from rawdata
    ),
    filtered as (
        select *
        from all_periods
        where date_{{ datepart }} <= {{ end_date }}
    )
    select * from filtered
{% endmacro %}

{# Reads a date from a text of a form. #}
{% macro convert_datetime(date_str, date_fmt) %}
    {% do return(modules.datetime.datetime.strptime(date_str.strip(), date_fmt)) %}
{% endmacro %}

{# Lists all dates from one to another, both included, as texts. #}
{% macro dates_in_range(start_date_str, end_date_str=none, in_fmt='%Y%m%d', out_fmt='%Y%m%d') %}
    {% set first = convert_datetime(start_date_str, in_fmt) %}
    {% set last = convert_datetime(end_date_str if end_date_str is not none else start_date_str, in_fmt) %}
    {% set days = (last - first).days %}
    {% if days < 0 %}
        {% do exceptions.raise_compiler_error('the end date (' ~ last ~ ') is before the start date (' ~ first ~ ')') %}
    {% endif %}
    {% set dates = [] %}
    {% for offset in range(days + 1) %}
        {% do dates.append((first + modules.datetime.timedelta(days=offset)).strftime(out_fmt)) %}
    {% endfor %}
    {% do return(dates) %}
{% endmacro %}

{# Lists the dates of `<date>` or `<from>, <to>`. #}
{% macro partition_range(raw_partition_date, date_fmt='%Y%m%d') %}
    {% set bounds = (raw_partition_date | string).split(',') %}
    {% if bounds | length > 2 %}
        {% do exceptions.raise_compiler_error('a range of dates is one date or two, divided by a comma, not: ' ~ raw_partition_date) %}
    {% endif %}
    {% do return(dates_in_range(bounds[0], bounds[1] if bounds | length == 2 else none, in_fmt=date_fmt)) %}
{% endmacro %}

{# Tells the moment now of this program, as digits. #}
{% macro py_current_timestring() %}
    {% do return(modules.datetime.datetime.now().strftime('%Y%m%d%H%M%S%f')) %}
{% endmacro %}
