{# How an incremental model's new rows get into its table: one statement or two per strategy. #}

{# Puts rows in. (dispatched) #}
{% macro get_incremental_append_sql(arg_dict) %}
    {{ return(adapter.dispatch('get_incremental_append_sql', 'dbt')(arg_dict)) }}
{% endmacro %}

{% macro default__get_incremental_append_sql(arg_dict) %}
    {% do return(get_insert_into_sql(arg_dict['target_relation'], arg_dict['temp_relation'], arg_dict['dest_columns'])) %}
{% endmacro %}

{# Inserts columns of one relation into another. #}
{% macro get_insert_into_sql(target_relation, temp_relation, dest_columns) %}
    {%- set names = get_quoted_csv(dest_columns | map(attribute='name')) -%}
    insert into {{ target_relation }} ({{ names }})
    (
        select {{ names }}
        from {{ temp_relation }}
    )
{% endmacro %}

{# Deletes rows of the same keys, then puts rows in. (dispatched) #}
{% macro get_incremental_delete_insert_sql(arg_dict) %}
    {{ return(adapter.dispatch('get_incremental_delete_insert_sql', 'dbt')(arg_dict)) }}
{% endmacro %}

{% macro default__get_incremental_delete_insert_sql(arg_dict) %}
    {% do return(get_delete_insert_merge_sql(
        arg_dict['target_relation'], arg_dict['temp_relation'], arg_dict['unique_key'],
        arg_dict['dest_columns'], arg_dict['incremental_predicates'])) %}
{% endmacro %}

{# The statements of delete and insert. (dispatched) #}
{% macro get_delete_insert_merge_sql(target, source, unique_key, dest_columns, incremental_predicates) -%}
    {{ adapter.dispatch('get_delete_insert_merge_sql', 'dbt')(target, source, unique_key, dest_columns, incremental_predicates) }}
{%- endmacro %}

{% macro default__get_delete_insert_merge_sql(target, source, unique_key, dest_columns, incremental_predicates) -%}
    {%- if unique_key %}
        {%- set keys = ([unique_key] if unique_key is string else unique_key) | join(', ') %}
        delete from {{ target }} as DBT_INTERNAL_DEST
        where ({{ keys }}) in (
            select distinct {{ keys }}
            from {{ source }} as DBT_INTERNAL_SOURCE
        )
        {%- for predicate in incremental_predicates or [] %}
            and {{ predicate }}
        {%- endfor %};
    {%- endif %}
    {{ get_insert_into_sql(target, source, dest_columns) }}
{%- endmacro %}

{# Updates rows of the same keys, puts the others in. (dispatched) #}
{% macro get_incremental_merge_sql(arg_dict) %}
    {{ return(adapter.dispatch('get_incremental_merge_sql', 'dbt')(arg_dict)) }}
{% endmacro %}

{% macro default__get_incremental_merge_sql(arg_dict) %}
    {% do return(get_merge_sql(
        arg_dict['target_relation'], arg_dict['temp_relation'], arg_dict['unique_key'],
        arg_dict['dest_columns'], arg_dict['incremental_predicates'])) %}
{% endmacro %}

{# The statement of a merge. (dispatched) #}
{% macro get_merge_sql(target, source, unique_key, dest_columns, incremental_predicates=none) -%}
    {{ adapter.dispatch('get_merge_sql', 'dbt')(target, source, unique_key, dest_columns, incremental_predicates) }}
{%- endmacro %}

{% macro default__get_merge_sql(target, source, unique_key, dest_columns, incremental_predicates=none) -%}
    {%- set conditions = [] + (incremental_predicates or []) -%}
    {%- if unique_key is sequence and unique_key is not string and unique_key is not mapping -%}
        {%- for key in unique_key -%}
            {%- do conditions.append(get_merge_unique_key_match('DBT_INTERNAL_SOURCE.' ~ key, 'DBT_INTERNAL_DEST.' ~ key)) -%}
        {%- endfor -%}
    {%- elif unique_key -%}
        {%- do conditions.append('(' ~ get_merge_unique_key_match('DBT_INTERNAL_SOURCE.' ~ unique_key, 'DBT_INTERNAL_DEST.' ~ unique_key) ~ ')') -%}
    {%- else -%}
        {%- do conditions.append('FALSE') -%}
    {%- endif -%}
    {%- set names = get_quoted_csv(dest_columns | map(attribute='name')) -%}
    {%- set given = [] -%}
    {%- for column in dest_columns -%}
        {%- do given.append('DBT_INTERNAL_SOURCE.' ~ adapter.quote(column.name)) -%}
    {%- endfor -%}
    {%- set updated = get_merge_update_columns(config.get('merge_update_columns'), config.get('merge_exclude_columns'), dest_columns) -%}
    {{ config.get('sql_header', none) or '' }}
    merge into {{ target }} as DBT_INTERNAL_DEST
        using {{ source }} as DBT_INTERNAL_SOURCE
        on ({{ conditions | join(') and (') }})
    {%- if unique_key %}
    when matched then update set
        {% for name in updated -%}
            {{ name }} = DBT_INTERNAL_SOURCE.{{ name }}{{ ', ' if not loop.last }}
        {%- endfor %}
    {%- endif %}
    when not matched then insert
        ({{ names }})
    values
        ({{ given | join(', ') }})
{%- endmacro %}

{# Whether two rows have the same key. (dispatched) #}
{% macro get_merge_unique_key_match(source_unique_key, target_unique_key) %}
    {{ return(adapter.dispatch('get_merge_unique_key_match', 'dbt')(source_unique_key, target_unique_key)) }}
{% endmacro %}

{% macro default__get_merge_unique_key_match(source_unique_key, target_unique_key) %}
    {% do return(source_unique_key ~ ' = ' ~ target_unique_key) %}
{% endmacro %}

{# Replaces the rows that predicates tell. (dispatched) #}
{% macro get_incremental_insert_overwrite_sql(arg_dict) %}
    {{ return(adapter.dispatch('get_incremental_insert_overwrite_sql', 'dbt')(arg_dict)) }}
{% endmacro %}

{% macro default__get_incremental_insert_overwrite_sql(arg_dict) %}
    {% do return(get_insert_overwrite_merge_sql(
        arg_dict['target_relation'], arg_dict['temp_relation'], arg_dict['dest_columns'], arg_dict['incremental_predicates'])) %}
{% endmacro %}

{# The statement of insert_overwrite. (dispatched) #}
{% macro get_insert_overwrite_merge_sql(target, source, dest_columns, predicates, include_sql_header=false) -%}
    {{ adapter.dispatch('get_insert_overwrite_merge_sql', 'dbt')(target, source, dest_columns, predicates, include_sql_header) }}
{%- endmacro %}

{% macro default__get_insert_overwrite_merge_sql(target, source, dest_columns, predicates, include_sql_header=false) -%}
    {%- set names = get_quoted_csv(dest_columns | map(attribute='name')) -%}
    {{ config.get('sql_header', none) or '' if include_sql_header }}
    merge into {{ target }} as DBT_INTERNAL_DEST
        using {{ source }} as DBT_INTERNAL_SOURCE
        on FALSE
    when not matched by source
        {{ 'and ' ~ predicates | join(' and ') if predicates }}
        then delete
    when not matched then insert
        ({{ names }})
    values
        ({{ names }})
{%- endmacro %}

{# Replaces the rows of a batch. (dispatched) #}
{% macro get_incremental_microbatch_sql(arg_dict) %}
    {{ return(adapter.dispatch('get_incremental_microbatch_sql', 'dbt')(arg_dict)) }}
{% endmacro %}

{% macro default__get_incremental_microbatch_sql(arg_dict) %}
    {% do exceptions.raise_not_implemented('microbatch materialization strategy not implemented for adapter ' ~ adapter.type()) %}
{% endmacro %}

{# The moments between which the rows of the present batch lie. #}
{% macro _batch_bounds() %}
    {% set batch = model.batch %}
    {% do return([
        config.get('__dbt_internal_microbatch_event_time_start') or (batch.event_time_start if batch else none),
        config.get('__dbt_internal_microbatch_event_time_end') or (batch.event_time_end if batch else none)
    ]) %}
{% endmacro %}

{# What is done when a model names no strategy. (dispatched) #}
{% macro get_incremental_default_sql(arg_dict) %}
    {{ return(adapter.dispatch('get_incremental_default_sql', 'dbt')(arg_dict)) }}
{% endmacro %}

{% macro default__get_incremental_default_sql(arg_dict) %}
    {% do return(get_incremental_append_sql(arg_dict)) %}
{% endmacro %}
