{# Models in Python: they cannot be run here, and say so. #}

{# What stands behind a model's own code. (dispatched nowhere: there is none) #}
{% macro py_script_postfix(model) %}
    {% do exceptions.raise_compiler_error('models in Python cannot be run: write ' ~ model.name ~ ' in SQL') %}
{% endmacro %}

{% macro py_write_table(temporary, relation, compiled_code, partitioned_by=none, sorted_by=none) %}
    {% do exceptions.raise_compiler_error('models in Python cannot be run: write ' ~ relation ~ ' in SQL') %}
{% endmacro %}

{# What a Python model knows of others, as text. #}
{% macro build_ref_function(model) %}
    {% do py_script_postfix(model) %}
{% endmacro %}

{% macro build_source_function(model) %}
    {% do py_script_postfix(model) %}
{% endmacro %}

{% macro build_config_dict(model) %}
    {% do py_script_postfix(model) %}
{% endmacro %}

{% macro py_script_comment() %}
{% endmacro %}

{# The name by which a reference is looked up. #}
{% macro resolve_model_name(input_model_name) %}
    {{ return(adapter.dispatch('resolve_model_name', 'dbt')(input_model_name)) }}
{% endmacro %}

{%- macro default__resolve_model_name(input_model_name) -%}
    {{ input_model_name | string }}
{%- endmacro -%}
