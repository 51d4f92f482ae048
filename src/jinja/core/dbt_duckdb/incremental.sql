{# DuckDB's strategies of incremental models. #}

{% macro duckdb__get_incremental_default_sql(arg_dict) %}
    {% do return(get_incremental_delete_insert_sql(arg_dict)) %}
{% endmacro %}

{% macro duckdb__get_delete_insert_merge_sql(target, source, unique_key, dest_columns, incremental_predicates) -%}
    {%- set predicates = [incremental_predicates] if incremental_predicates is string else incremental_predicates or [] -%}
    {%- if unique_key and unique_key is sequence and unique_key is not mapping and unique_key is not string %}
        delete from {{ target }} as DBT_INCREMENTAL_TARGET
        using {{ source }}
        where (
            {% for key in unique_key -%}
                {{ source }}.{{ key }} = DBT_INCREMENTAL_TARGET.{{ key }}{{ ' and ' if not loop.last }}
            {%- endfor %}
            {%- for predicate in predicates %}
                and {{ predicate }}
            {%- endfor %}
        );
    {%- elif unique_key %}
        delete from {{ target }}
        where ({{ unique_key }}) in (
            select ({{ unique_key }})
            from {{ source }}
        )
        {%- for predicate in predicates %}
            and {{ predicate }}
        {%- endfor %};
    {%- endif %}
    {{ get_insert_into_sql(target, source, dest_columns) }}
{%- endmacro %}

{# A batch's rows are deleted, then inserted. #}
{% macro duckdb__get_incremental_microbatch_sql(arg_dict) %}
    {%- if arg_dict['unique_key'] or config.get('unique_key') -%}
        {%- do exceptions.raise_compiler_error('microbatch models on DuckDB have no unique_key: the batch tells which rows are replaced') -%}
    {%- endif -%}
    {%- set event_time = config.get('event_time') -%}
    {%- if not event_time -%}
        {%- do exceptions.raise_compiler_error('microbatch models need the config event_time') -%}
    {%- endif -%}
    {%- set start, end = _batch_bounds() -%}
    {%- set conditions = [] -%}
    {%- if start -%}{%- do conditions.append(event_time ~ " >= '" ~ start ~ "'") -%}{%- endif -%}
    {%- if end -%}{%- do conditions.append(event_time ~ " < '" ~ end ~ "'") -%}{%- endif -%}
    {%- set condition = conditions | join(' and ') if conditions else 'true' -%}
    {%- set names = get_quoted_csv(arg_dict['dest_columns'] | map(attribute='name')) -%}
    delete from {{ arg_dict['target_relation'] }}
    where {{ condition }};

    insert into {{ arg_dict['target_relation'] }} ({{ names }})
    select {{ names }}
    from {{ arg_dict['temp_relation'] }}
    where {{ condition }};
{% endmacro %}
