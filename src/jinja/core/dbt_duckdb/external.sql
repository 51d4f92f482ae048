{# Models that are files: written by `copy ... to`, read through a view. #}

{% materialization external, adapter='duckdb' %}
    {%- set location = render(config.get('location', default=external_location(this, config))) -%}
    {%- set options = render_write_options(config) -%}
    {%- if config.get('plugin') -%}
        {%- do exceptions.raise_compiler_error('external models with a plugin need Python: leave `plugin` out, or write the file with SQL') -%}
    {%- endif -%}
    {%- set written = adapter.external_write_options(location, options) -%}
    {%- set read = adapter.external_read_location(location, options) -%}
    {%- set existing = load_cached_relation(this) -%}
    {%- set target = this.incorporate(type='view') -%}
    {%- set temporary = make_intermediate_relation(this.incorporate(type='table'), suffix='__dbt_tmp') -%}
    {%- do drop_relation_if_exists(load_cached_relation(temporary)) -%}

    {{ run_hooks(pre_hooks, inside_transaction=false) }}
    {{ run_hooks(pre_hooks, inside_transaction=true) }}

    {% call statement('create_table') -%}
        {{ create_table_as(false, temporary, sql) }}
    {%- endcall %}
    {%- do write_to_file(temporary, location, written) -%}
    {%- do adapter.drop_relation(temporary) -%}
    {%- if existing is not none and not existing.is_view -%}
        {%- do adapter.drop_relation(existing) -%}
    {%- endif -%}
    {% call statement('main') -%}
        create or replace view {{ target }} as (
            select * from '{{ read | replace("'", "''") }}'
        );
    {%- endcall %}

    {{ run_hooks(post_hooks, inside_transaction=true) }}
    {%- do persist_docs(target, model) -%}
    {%- do adapter.commit() -%}
    {{ run_hooks(post_hooks, inside_transaction=false) }}
    {{ return({'relations': [target]}) }}
{% endmaterialization %}

{# Where a model's file lies unless it says so: the folder of external files, its name, the format. #}
{% macro external_location(relation, config) -%}
    {%- set ending = '' if config.get('options', {}).get('partition_by') else '.' ~ config.get('format', 'parquet') -%}
    {{ adapter.external_root() }}/{{ relation.identifier }}{{ ending }}
{%- endmacro %}

{# The options of `copy ... to`, with their templates rendered, and what the model says of the format. #}
{% macro render_write_options(config) -%}
    {%- set options = {} -%}
    {%- for name, value in config.get('options', {}).items() -%}
        {%- do options.update({name: render(value | string)}) -%}
    {%- endfor -%}
    {%- for name in ['format', 'delimiter'] if config.get(name) -%}
        {%- do options.update({name: config.get(name)}) -%}
    {%- endfor -%}
    {{ return(options) }}
{%- endmacro %}

{# Writes a relation to a file. (dispatched) #}
{% macro write_to_file(relation, location, options) -%}
    {% call statement('write_to_file') -%}
        copy {{ relation }} to '{{ location | replace("'", "''") }}' ({{ options }})
    {%- endcall %}
{%- endmacro %}

{# Whether a file can be read. #}
{% macro location_exists(location) -%}
    {{ return(adapter.location_exists(location)) }}
{%- endmacro %}

{# Keeps a relation through a plugin, which needs Python. #}
{% macro store_relation(plugin, relation, location, format, config) -%}
    {%- do exceptions.raise_compiler_error('the plugin `' ~ plugin ~ '` needs Python, which is not run here') -%}
{%- endmacro %}

{# Makes views over the files of external models that are not built in this run. #}
{% macro register_upstream_external_models() -%}
    {%- if execute -%}
        {%- set upstream = [] -%}
        {%- for id in selected_resources or [] -%}
            {%- for parent in (graph.nodes or {}).get(id, {}).get('depends_on', {}).get('nodes', []) -%}
                {%- set node = graph.nodes.get(parent) -%}
                {%- if node and node.config.materialized == 'external' and parent not in selected_resources and parent not in upstream -%}
                    {%- do upstream.append(parent) -%}
                {%- endif -%}
            {%- endfor -%}
        {%- endfor -%}
        {%- for id in upstream -%}
            {%- set node = graph.nodes[id] -%}
            {%- set relation = api.Relation.create(database=node.database, schema=node.schema, identifier=node.alias, type='view') -%}
            {%- set location = render(node.config.get('location') or external_location(relation, node.config)) -%}
            {%- set options = render_write_options(node.config) -%}
            {%- do adapter.create_schema(relation) -%}
            {%- do run_query('create or replace view ' ~ relation ~ " as (select * from '" ~ adapter.external_read_location(location, options) ~ "')") -%}
        {%- endfor -%}
        {%- do adapter.commit() -%}
    {%- endif -%}
{%- endmacro %}
