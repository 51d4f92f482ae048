{# Snowflake's relations: tables and views are replaced in one statement. #}

{# Tables are transient unless a model says otherwise. `temporary` is what holds rows for a moment, in this session alone
   or `transient`: no policy may hide its rows from who reads them. #}
{% macro snowflake__create_table_as(temporary, relation, compiled_code, language='sql') -%}
    {%- if language != 'sql' -%}
        {%- do exceptions.raise_compiler_error('models in ' ~ language ~ ' cannot be run: write the model in SQL') -%}
    {%- endif -%}
    {%- set cluster_keys = none if temporary else _snowflake_cluster_keys() -%}
    {%- set is_transient = temporary == 'transient' or (not temporary and config.get('transient', default=true)) -%}
    {%- set kind = 'transient ' if is_transient else 'temporary ' if temporary else '' -%}
    {%- set header = config.get('sql_header', none) or '' -%}
    {%- set columns = _snowflake_column_list(temporary, compiled_code) %}
    {{ header }}
    create or replace {{ kind }}table {{ relation }}
    {%- if config.get('contract').enforced %}
        {{ get_assert_columns_equivalent(compiled_code) }}
        {%- set compiled_code = get_select_subquery(compiled_code) %}
    {%- endif %}
    {{- _snowflake_parts([
        columns, 'cluster by (' ~ cluster_keys ~ ')' if cluster_keys else none, none if temporary else _snowflake_properties()]) }}
    as (
        {%- if cluster_keys %}
        select * from (
            {{ compiled_code }}
        ) order by {{ cluster_keys }}
        {%- else %}
        {{ compiled_code }}
        {%- endif %}
    );
    {% if cluster_keys and config.get('automatic_clustering', default=false) -%}
    alter table {{ relation }} resume recluster;
    {%- endif %}
{%- endmacro %}

{# Parts of a statement, each on a line of its own; those that are nothing are left out. #}
{% macro _snowflake_parts(parts) -%}
    {%- for part in parts if part and part | trim %}
        {{ part | trim }}
    {%- endfor -%}
{%- endmacro %}

{# What rows of a table are kept together by. #}
{% macro _snowflake_cluster_keys() %}
    {%- set keys = config.get('cluster_by', default=none) -%}
    {{ return(none if not keys else keys if keys is string else keys | join(', ')) }}
{% endmacro %}

{# What a relation comes with, in the order that Snowflake's grammar has: what it keeps of the replaced one, its
   comment, who sees which rows, its tags. #}
{% macro _snowflake_properties() -%}
    {%- if copy_grants() %} copy grants{% endif -%}
    {%- if config.get('copy_tags') %} copy tags{% endif -%}
    {%- if config.persist_relation_docs() and model.description and model.resource_type == 'model' %} comment = {{ _snowflake_text(model.description) }}{% endif -%}
    {%- if config.get('row_access_policy') %} with row access policy {{ config.get('row_access_policy') }}{% endif -%}
    {%- if config.get('table_tag') %} with tag ({{ config.get('table_tag') }}){% endif -%}
{%- endmacro %}

{# A text as a literal, in which a backslash stands for nothing but itself. #}
{% macro _snowflake_text(text) -%}
    '{{ text | replace('\\', '\\\\') | replace("'", "''") }}'
{%- endmacro %}

{% macro snowflake__create_view_as(relation, sql) -%}
    {{ snowflake__create_view_as_with_temp_flag(relation, sql) }}
{%- endmacro %}

{# A view, of this session alone if asked for; columns carry their comments and policies. #}
{% macro snowflake__create_view_as_with_temp_flag(relation, sql, is_temporary=false) -%}
    {%- set policies = {} if is_temporary else _snowflake_masking_policies() -%}
    {%- set described = model.columns if config.persist_column_docs() and model.columns and not is_temporary else none -%}
    {%- if described or policies -%}
        {%- set columns = get_persist_docs_column_list(described or {}, get_columns_in_query(sql)) -%}
    {%- endif -%}
    {{ config.get('sql_header', none) or '' }}
    create or replace {{ 'secure ' if config.get('secure', default=false) and not is_temporary }}{{ 'temporary ' if is_temporary }}view {{ relation }}
    {%- if config.get('contract').enforced %}
        {{ get_assert_columns_equivalent(sql) }}
    {%- endif %}
    {{- _snowflake_parts([columns, none if is_temporary else _snowflake_properties()]) }}
    as (
        {{ sql }}
    );
{%- endmacro %}

{% macro snowflake__rename_relation(from_relation, to_relation) -%}
    {% call statement('rename_relation') -%}
        alter {{ _snowflake_kind(to_relation) }} {{ from_relation }} rename to {{ to_relation }}
    {%- endcall %}
{%- endmacro %}

{# What statements call a kind of relation. #}
{% macro _snowflake_kind(relation) -%}
    {{ 'dynamic table' if relation.is_dynamic_table else relation.type or 'table' }}
{%- endmacro %}

{% macro snowflake__get_rename_table_sql(relation, new_name) -%}
    alter table {{ relation }} rename to {{ new_name }}
{%- endmacro %}

{% macro snowflake__get_rename_view_sql(relation, new_name) -%}
    alter view {{ relation }} rename to {{ new_name }}
{%- endmacro %}

{% macro snowflake__get_replace_table_sql(relation, sql) -%}
    {{ snowflake__create_table_as(false, relation, sql) }}
{%- endmacro %}

{% macro snowflake__get_replace_view_sql(relation, sql) -%}
    {{ snowflake__create_view_as(relation, sql) }}
{%- endmacro %}

{# A backup has the database and schema of what it keeps. #}
{%- macro snowflake__get_create_backup_sql(relation) -%}
    {%- set backup = make_backup_relation(relation, relation.type) -%}
    {{ get_drop_sql(backup) }};
    {{ get_rename_sql(relation, backup.render()) }}
{%- endmacro -%}

{%- macro snowflake__get_rename_intermediate_sql(relation) -%}
    {{ get_rename_sql(make_intermediate_relation(relation), relation.render()) }}
{%- endmacro -%}

{# Views have nothing that goes with them. #}
{% macro snowflake__drop_view(relation) -%}
    drop view if exists {{ relation.render() }}
{%- endmacro %}

{# Dynamic tables are the materialized views here. #}
{% macro snowflake__drop_materialized_view(relation) -%}
    drop dynamic table if exists {{ relation }}
{%- endmacro %}

{# Grants are kept when a model says so. #}
{% macro snowflake__copy_grants() %}
    {{ return(config.get('copy_grants', false)) }}
{% endmacro %}
