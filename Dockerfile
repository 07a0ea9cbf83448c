# One image for web, worker and beat; the command chooses.
FROM python:3.11-slim

ENV PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 STATIC_ROOT=/srv/static
WORKDIR /srv/portal

COPY requirements/base.txt requirements/base.txt
RUN pip install --no-cache-dir --disable-pip-version-check --require-hashes --only-binary :all: -r requirements/base.txt

COPY . .
# Any secret will do for these two: nothing that they write depends on it.
RUN SECRET_KEY=only-to-compile-and-collect-while-building DATABASE_URL=sqlite:////tmp/none \
    sh -c "python manage.py compilemessages && python manage.py collectstatic --noinput" \
  && useradd --system --uid 10001 portal
USER portal

EXPOSE 8000
CMD ["gunicorn", "citemetiers.wsgi", "--bind", "0.0.0.0:8000", "--workers", "2", "--threads", "4", "--log-level", "warning"]
